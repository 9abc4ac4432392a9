"""The centre (指挥中心): the command board and what leads from it."""
