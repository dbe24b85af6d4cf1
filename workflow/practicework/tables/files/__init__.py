"""Files as rows of cells, whatever encoded them and whatever stands between the cells."""
