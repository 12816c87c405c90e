"""Worlds in which a robot collects its own data; importing this registers them with gymnasium."""

import gymnasium

gymnasium.register(
    id="embodied_ssl/Tabletop-v0",
    entry_point="embodied_ssl_envs.tabletop.env:TabletopEnv",
)
gymnasium.register(
    id="embodied_ssl/Rooms-v0",
    entry_point="embodied_ssl_envs.rooms.env:RoomsEnv",
)
gymnasium.register(
    id="embodied_ssl/Turntable-v0",
    entry_point="embodied_ssl_envs.turntable.env:TurntableEnv",
)
