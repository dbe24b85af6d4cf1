"""Read files as rows of cells, whatever their encoding and delimiter."""
