"""Week 1: is there enough production data, is it clean, and are its true answers fair."""

from gatebook.criteria import Gate, Page

GATE = Gate(__name__, due="week-1", place=1, pages=(Page("data-reality-check", "01_data_reality_check.ipynb"),))
