"""Exporting what is on disk to the formats that others read.

A format is a function: it is given an opened ``Dataset`` (or the folder of a run) and an empty
folder, writes into it, and returns how much of what it wrote.
"""

from embodied_ssl.registry import Registry

DATASET, RUN = "dataset", "run"

FORMATS: dict[str, Registry] = {
    DATASET: Registry(
        "format of a dataset",
        "embodied_ssl.dataset_formats",
        {
            "lerobot": "embodied_ssl.exporting.lerobot:write_lerobot",
            "webdataset": "embodied_ssl.exporting.webdataset:write_webdataset",
            "coco": "embodied_ssl.exporting.coco:write_coco",
            "images": "embodied_ssl.exporting.images:write_images",
        },
    ),
    RUN: Registry(
        "format of a run",
        "embodied_ssl.run_formats",
        {
            "onnx": "embodied_ssl.exporting.onnx_model:write_onnx",
            "timm": "embodied_ssl.exporting.timm_model:write_timm",
            "safetensors": "embodied_ssl.exporting.safetensors_model:write_safetensors",
        },
    ),
}
"""What is exported -> its formats by name."""
