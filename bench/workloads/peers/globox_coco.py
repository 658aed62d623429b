"""Converts a folder of VOC files into a COCO file with globox."""

import sys
import time

from globox import AnnotationSet
from peer_report import report

folder, output = sys.argv[1:3]
start = time.perf_counter()
annotations = AnnotationSet.from_pascal_voc(folder)
annotations.save_coco(output, auto_ids=True)
report(time.perf_counter() - start, {"samples": len(annotations)})
