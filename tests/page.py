"""A report read back: its tables, texts and pictures."""

from html.parser import HTMLParser


class Page(HTMLParser):
    """The page's tables as lists of rows, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tables: list[list[list[str]]] = []
        self.words: list[str] = []
        self.images: list[dict] = []
        self._in_cell = False
        self._goes_on = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self._goes_on = tag == "i"  # a symbol in italics does not end a word
        if tag == "table":
            self.tables.append([])
        elif tag == "tr":
            self.tables[-1].append([])
        elif tag in ("td", "th"):
            self.tables[-1][-1].append("")
            self._in_cell = True
        elif tag == "img":
            self.images.append(dict(attributes))

    def handle_endtag(self, tag):
        self._goes_on = tag == "i"
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data):
        data = data.replace("\u00a0", " ")
        if self._goes_on and self.words:
            self.words[-1] += data
        else:
            self.words.append(data)
        if self._in_cell:
            self.tables[-1][-1][-1] += data

    def rows(self, first_heading: str, column: str) -> list[dict[str, str]]:
        """The table whose header starts so and has that column, as rows by heading."""
        table = next(table for table in self.tables if table[0][0] == first_heading and column in table[0])
        return [dict(zip(table[0], row, strict=True)) for row in table[1:]]
