"""`gatebook sample`: a labelling sheet, drawn by chance from the production sample."""

from gatebook.sampling.draw import Sheet, draw_sheet

__all__ = ["Sheet", "draw_sheet"]
