"""The worlds in which data are collected, by name."""

from embodied_ssl.registry import Registry

WORLDS = Registry(
    "world",
    "embodied_ssl.worlds",
    {
        "tabletop": "embodied_ssl.worlds.tabletop:Tabletop",
        "turntable": "embodied_ssl.worlds.turntable:Turntable",
        "rooms": "embodied_ssl.worlds.rooms:Rooms",
    },
)
