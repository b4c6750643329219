"""Where things are: datums, distances, areas, the gazetteer and travel times by road.

Pure: this package knows no event, no service and no clock, and imports nothing else of the project.
Inside, every place is (lon, lat) in degrees of WGS-84, every distance metres, every duration seconds.

Importing the package is cheap: numpy comes with `fengqiao.geo.roads` only, scipy with its `Dijkstra`, shapely
with the first `AreaIndex`, pypinyin with the first search in Latin letters.
"""
