"""Settings of MoCo that cannot work."""

import pytest

from embodied_ssl.errors import UserError
from embodied_ssl.methods.contrastive.moco import MoCo


@pytest.mark.parametrize(
    "setting", [{"temperature": 0}, {"queue": 0}, {"momentum": 1.5}, {"hidden": 0}]
)
def test_a_setting_out_of_bounds_is_named(setting):
    (name,) = setting
    with pytest.raises(UserError, match=f"--{name} must be"):
        MoCo.Config(**setting)
