"""The methods. Adding one is a file beside these and a line here."""

from embodied_ssl.registry import Registry

METHODS = Registry(
    "method",
    "embodied_ssl.methods",
    {
        name: f"embodied_ssl.methods.{place}"
        for name, place in {
            "curious-robot": "interaction.curious_robot:CuriousRobot",
            "egomotion": "motion.egomotion:EgoMotion",
            "continuous-equivariance": "motion.continuous_equivariance:Continuous",
            "temporal": "motion.temporal:Temporal",
            "drlim": "motion.drlim:DrLIM",
            "see-by-moving": "motion.see_by_moving:SeeByMoving",
            "view-prediction": "motion.view_prediction:ViewPrediction",
            "clsnet": "motion.clsnet:CLSNet",
            "rotation": "pretext.rotation:Rotation",
            "jigsaw": "pretext.jigsaw:Jigsaw",
            "simclr": "contrastive.simclr:SimCLR",
            "moco": "contrastive.moco:MoCo",
            "mae": "masked.mae:MAE",
        }.items()
    },
)
