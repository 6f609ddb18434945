"""Read the trend into a table: as a data frame if pandas is installed, else as CSV on standard output.

python trend.py [ADDRESS]
"""

import csv
import json
import sys
import urllib.request

COLUMNS = ("x", "density_mean_pct", "density_low_pct", "density_high_pct", "quality_code")
address = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8765"
with urllib.request.urlopen(f"{address}/api/trend?pixels=500", timeout=10) as answer:
    trend = json.load(answer)
columns = {name: trend[name] for name in COLUMNS}
try:
    import pandas
except ImportError:
    table = csv.writer(sys.stdout)
    table.writerow(columns)
    table.writerows(zip(*columns.values(), strict=True))
else:
    print(pandas.DataFrame(columns).to_csv(index=False), end="")
