"""Converts a folder of VOC files with labelformat, to COCO where the output's name ends so, else to VOC."""

import sys
import time
from pathlib import Path

from labelformat.formats import (
    COCOObjectDetectionOutput,
    PascalVOCObjectDetectionInput,
    PascalVOCObjectDetectionOutput,
)
from peer_report import report

folder, output, categories = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
start = time.perf_counter()
labels = PascalVOCObjectDetectionInput(input_folder=Path(folder), category_names=categories)
if output.suffix == ".json":
    COCOObjectDetectionOutput(output_file=output).save(label_input=labels)
else:
    PascalVOCObjectDetectionOutput(output_folder=output).save(label_input=labels)
report(time.perf_counter() - start, {})
