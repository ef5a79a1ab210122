"""The sample PDF: one page, a booking that one would rather not have in everybody's hands."""

import io

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

INK, QUIET, LINE, ACCENT = (HexColor(c) for c in ("#1d2433", "#667085", "#d9dde6", "#b4532a"))
FACTS = [
    ("Guest", "Ada Lindqvist and one more"),
    ("House", "Boathouse cabin, north shore"),
    ("Arrival", "Friday, from 16:00"),
    ("Departure", "Sunday, until 11:00"),
    ("Door code", "7 3 0 1  (valid for these two nights)"),
    ("Boat", "One dinghy, red hull, two life jackets"),
]
COSTS = [("Two nights in the cabin", "236.00"), ("Dinghy, Saturday", "42.00"), ("Firewood, two baskets", "18.00")]
NOTES = [
    "The last two kilometres are a gravel road; drive slowly after dark.",
    "The lamp by the jetty goes on by itself at sunset. Please leave it on.",
    "The wind comes up around noon. Mornings and evenings are for sailing.",
]


def _heading(page, x, y, text):
    page.setFillColor(ACCENT)
    page.setFont("Helvetica-Bold", 8.5)
    page.drawString(x, y, text.upper(), charSpace=0.9)


def _facts(page, left, y):
    _heading(page, left, y, "Your stay")
    for label, value in FACTS:
        y -= 8 * mm
        page.setFillColor(QUIET)
        page.setFont("Helvetica", 10)
        page.drawString(left, y, label)
        page.setFillColor(INK)
        page.drawString(left + 34 * mm, y, value)
    return y - 16 * mm


def _costs(page, left, right, y):
    _heading(page, left, y, "Paid")
    page.setStrokeColor(LINE)
    for label, amount in COSTS + [("Total", f"{sum(float(a) for _, a in COSTS):.2f}")]:
        y -= 8 * mm
        total = label == "Total"
        if total:
            page.line(left, y + 5.4 * mm, right, y + 5.4 * mm)
        page.setFillColor(INK)
        page.setFont("Helvetica-Bold" if total else "Helvetica", 10)
        page.drawString(left, y, label)
        page.drawRightString(right, y, f"EUR {amount}")
    return y - 16 * mm


def write(path, picture):
    """Writes the page to `path`; `picture` is the JPEG (bytes) at its head, three times as wide as high."""
    width, height = A4
    left, right = 26 * mm, width - 26 * mm
    page = Canvas(str(path), pagesize=A4, invariant=1, pageCompression=1, lang="en")
    page.setTitle("Booking: a weekend at the lake")
    page.setAuthor("Countersign demo")
    page.setSubject("Sample document of the Countersign demo; the booking is made up")
    page.drawImage(ImageReader(io.BytesIO(picture)), 0, height - width / 3, width, width / 3)
    y = height - width / 3 - 20 * mm
    page.setFillColor(INK)
    page.setFont("Times-Roman", 27)
    page.drawString(left, y, "A weekend at the lake")
    page.setFillColor(QUIET)
    page.setFont("Helvetica", 10)
    page.drawString(left, y - 7.5 * mm, "Booking confirmation LH-2041")
    y = _costs(page, left, right, _facts(page, left, y - 23 * mm))
    _heading(page, left, y, "Good to know")
    page.setFont("Times-Roman", 11.5)
    for note in NOTES:
        y -= 7.4 * mm
        page.setFillColor(ACCENT)
        page.circle(left + 1 * mm, y + 1.3 * mm, 0.75 * mm, stroke=0, fill=1)
        page.setFillColor(INK)
        page.drawString(left + 5 * mm, y, note)
    page.setFillColor(QUIET)
    page.setFont("Helvetica", 8)
    page.drawString(left, 15 * mm, "A made-up booking: sample document of the Countersign demo.")
    page.save()
