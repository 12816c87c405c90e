"""Merging links that fixed joints hold together: they move as one, and Bullet gets one."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from embodied_ssl_envs.urdf.model import Inertial, Joint, Link, Pose, Robot

NO_MASS = 1.0  # kg of a file that has no <inertial> at all, as in Bullet
LEAST_MASS = 1e-3  # kg of a link that moves: physics needs some


def merge_fixed(robot: Robot) -> Robot:
    """The same bodies with as few links as possible.

    A link without ``<inertial>`` has no mass; a file without any has ``NO_MASS`` at its root.
    """
    names = list(robot.links)
    if all(link.inertial is None for link in robot.links.values()):
        root = robot.links[names[0]]
        robot.links[names[0]] = replace(root, inertial=Inertial(Pose(), NO_MASS, np.zeros((3, 3))))
    owners: dict[str, tuple[str, Pose]] = {names[0]: (names[0], Pose())}
    joints: list[Joint] = []
    for joint in robot.joints:
        owner, pose = owners[joint.parent]
        if joint.type == "fixed":
            owners[joint.child] = owner, pose.then(joint.pose)
        else:
            owners[joint.child] = joint.child, Pose()
            joints.append(replace(joint, parent=owner, pose=pose.then(joint.pose)))
    links = {
        owner: _one([(robot.links[name], pose) for name, (o, pose) in owners.items() if o == owner])
        for owner in dict.fromkeys(owner for owner, _ in owners.values())
    }
    return Robot(links, joints)


def _one(parts: list[tuple[Link, Pose]]) -> Link:
    """Links at poses in the frame of the first as one link."""
    return Link(
        visuals=[replace(v, pose=at.then(v.pose)) for link, at in parts for v in link.visuals],
        collisions=[
            replace(c, pose=at.then(c.pose)) for link, at in parts for c in link.collisions
        ],
        inertial=_inertial(
            [
                replace(link.inertial, pose=at.then(link.inertial.pose))
                for link, at in parts
                if link.inertial is not None and link.inertial.mass > 0
            ]
        ),
        contact=parts[0][0].contact,
    )


def _inertial(parts: list[Inertial]) -> Inertial:
    """The sum of masses and inertias in one frame."""
    if not parts:
        return Inertial(Pose(), LEAST_MASS, 1e-6 * np.eye(3))
    if len(parts) == 1:
        return parts[0]
    masses = np.array([part.mass for part in parts])
    places = np.array([part.pose.xyz for part in parts])
    centre = masses @ places / masses.sum()
    total = np.zeros((3, 3))
    for part, place in zip(parts, places - centre, strict=True):
        turn = part.pose.rotation
        steiner = part.mass * (place @ place * np.eye(3) - np.outer(place, place))
        total += turn @ part.inertia @ turn.T + steiner
    return Inertial(Pose(tuple(centre.tolist())), float(masses.sum()), total)
