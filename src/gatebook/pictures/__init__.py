"""The pictures of the documents, drawn by matplotlib from frames of a record."""

from gatebook.pictures import of_data, of_decision, of_errors  # each registers its pictures
from gatebook.pictures.picture import PICTURES, Picture, figure_of, plotted, shown

__all__ = ["PICTURES", "Picture", "figure_of", "of_data", "of_decision", "of_errors", "plotted", "shown"]
