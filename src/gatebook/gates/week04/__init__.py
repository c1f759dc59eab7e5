"""Week 4: go or no-go. Right often enough, fast enough, clean enough, connected."""

from gatebook.criteria import Gate, Page

GATE = Gate(
    __name__,
    due="week-4",
    place=4,
    pages=(Page("error-analysis", "04_error_analysis.ipynb"), Page("go-no-go", "04_go_no_go.ipynb")),
)
