"""Readers with Python wheels, on pictures: one JSON line a picture and reader. Called by `paytaipei-bench scan`.

Standard input: one path a line. Times are of decoding alone, in milliseconds of processor time; one thread.
"""
import json
import sys
import time
from importlib.metadata import version

import numpy
import zxingcpp
from PIL import Image, ImageOps
from pyzbar import pyzbar

FORMATS = (zxingcpp.BarcodeFormat.QRCode, zxingcpp.BarcodeFormat.Code39, zxingcpp.BarcodeFormat.Code128)
NAMES = {"QRCODE": "qr_code", "CODE39": "code_39", "CODE128": "code_128"}  # without "_" and in capitals


def by_zxing(picture):
    for code in zxingcpp.read_barcodes(picture, formats=FORMATS):
        yield NAMES[code.format.name.upper()], code.text


def by_zbar(picture):
    symbols = [pyzbar.ZBarSymbol.QRCODE, pyzbar.ZBarSymbol.CODE39, pyzbar.ZBarSymbol.CODE128]
    for code in pyzbar.decode(picture, symbols=symbols):
        yield NAMES[code.type], code.data.decode("utf-8", "replace")


def main():
    print(json.dumps({"zxing-cpp": version("zxing-cpp"), "ZBar": "by pyzbar " + version("pyzbar")}))
    for path in sys.stdin.read().splitlines():
        picture = numpy.array(ImageOps.exif_transpose(Image.open(path)).convert("L"))
        for name, read in (("zxing-cpp", by_zxing), ("ZBar", by_zbar)):
            start = time.process_time()
            codes = list(read(picture))
            spent = (time.process_time() - start) * 1e3
            print(json.dumps({"file": path, "reader": name, "ms": spent, "codes": codes}), flush=True)


main()
