"""The files of a small set of codings."""

import yaml

CONFIG = {
    "coding": {
        "talks": {
            "units": "data/raw/units.csv",
            "codings": "data/raw/codings.csv",
            "codebook": "data/raw/book.yaml",
            "exclusive": "kind",
            "cuts": {"years": [10]},
            "matrices": {"m": {"rows": ["asking"], "columns": ["warning"], "group": "sector", "published": "data/raw/m.csv"}},
        }
    },
    "replication": {
        "talks": {
            "source": "A paper",
            "claims": [{"claim": "People", "published": "2", "table": "coding/units", "count": "unit"}],
        }
    },
}
FILES = {
    "units.csv": "unit,kind,years,sector\nA,work,3,x\nB,,12,y\n",
    "codings.csv": "unit;code;segment\nA;asking;1\nB;warning;1\n",  # a semicolon is as good
    "book.yaml": yaml.safe_dump(
        {
            "dimensions": [{"id": "work", "label": "Work", "themes": [{"id": "asking", "label": "Asking"}]}],
            "others": [{"id": "warning", "label": "Warning"}],
        }
    ),
    "m.csv": "row,group,column,published\nasking,x,warning,-\n",
}
