"""Arkansas as a county of one village: census block groups with their people, borders as the perimeter that they share.

Run: python bench/gridding/blockgroups.py arkansas_blockgroups.json.gz FOLDER    (writes FOLDER/dwellings.csv, FOLDER/edges.csv)
Degrees become metres: 111,200 a degree, east-west times the cosine of the state's middle, 34.8 degrees north. The shared
perimeters are in degrees without a direction and take 100,000 metres a degree.
"""

import gzip
import json
import math
import sys
from pathlib import Path

DEGREE_M = 111_200.0
EAST = math.cos(math.radians(34.8))


def main(graph, folder):
    """Write the two files."""
    graph = json.loads(gzip.decompress(Path(graph).read_bytes()))
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "dwellings.csv").open("w") as d, (folder / "edges.csv").open("w") as e:
        d.write("id,village,households,x_m,y_m\n")
        e.write("a,b,border_m\n")
        for node, friends in zip(graph["nodes"], graph["adjacency"], strict=True):
            x, y = float(node["INTPTLON20"]) * DEGREE_M * EAST, float(node["INTPTLAT20"]) * DEGREE_M
            d.write(f"{node['id']},AR,{node['tot_pop_20']},{x:.0f},{y:.0f}\n")
            for friend in friends:
                if node["id"] < friend["id"]:
                    e.write(f"{node['id']},{friend['id']},{friend['shared_perim'] * 100_000:.1f}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
