"""Small files that want to become large ones, made here; nothing is copied from anywhere."""

from __future__ import annotations

import io
import zipfile
import zlib
from pathlib import Path

import av
import numpy as np


def nested_pdf(levels: int) -> bytes:
    """A PDF whose only page shows a form that shows itself `levels` times over, each ten times."""
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    objects.append(
        "<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R/Resources<</XObject<</F 5 0 R>>>>>>"
    )
    objects.append(_stream(b"/F Do " * 10))
    for level in range(levels):
        more = b"/F Do " * 10 if level < levels - 1 else b"BT (word) Tj ET"
        below = f"/Resources<</XObject<</F {level + 6} 0 R>>>>"
        objects.append(_stream(more, f"/Type/XObject/Subtype/Form/BBox[0 0 9 9]{below}"))
    return _pdf(objects)


def inflating_pdf(size: int) -> bytes:
    """A PDF whose page unpacks to `size` bytes."""
    packed = zlib.compress(b"BT (aaaaaaaa) Tj ET " * (size // 20), 9)
    objects = ["<</Type/Catalog/Pages 2 0 R>>", "<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    objects.append("<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>")
    objects.append(_stream(packed, "/Filter/FlateDecode"))
    return _pdf(objects)


def _stream(content: bytes, more: str = "") -> str:
    return f"<<{more}/Length {len(content)}>>stream\n{content.decode('latin-1')}\nendstream"


def _pdf(objects: list[str]) -> bytes:
    out, places = b"%PDF-1.4\n", []
    for number, text in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n{text}\nendobj\n".encode("latin-1")
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    head = f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}"
    end = f"trailer<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + (head + end).encode("latin-1")


def inflating_docx(size: int) -> bytes:
    """A Word document of one paragraph of `size` letters."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    head = f'<w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>'.encode()
    return _zip({"word/document.xml": head + b"a" * size + b"</w:t></w:r></w:p></w:body></w:document>"})


def entity_docx() -> bytes:
    """A Word document whose one word is an entity of entities (a billion laughs)."""
    word = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
    lols = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    head = f'<!DOCTYPE d [<!ENTITY l0 "lol">{lols}]><w:document xmlns:w="{word}"><w:body><w:p><w:r><w:t>'
    return _zip({"word/document.xml": f"{head}&l9;</w:t></w:r></w:p></w:body></w:document>".encode()})


def _zip(entries: dict[str, bytes]) -> bytes:
    relation = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
    package = b"http://schemas.openxmlformats.org/package/2006"
    fixed = {
        "[Content_Types].xml": b'<Types xmlns="%s/content-types"/>' % package,
        "_rels/.rels": (
            b'<Relationships xmlns="%s/relationships"><Relationship Id="a" Type="%s" '
            b'Target="word/document.xml"/></Relationships>' % (package, relation)
        ),
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, content in (fixed | entries).items():
            file.writestr(name, content)
    return out.getvalue()


def wide_film(path: Path, side: int) -> None:
    """A film whose one picture has `side` x `side` pixels, beside a second of sound."""
    with av.open(str(path), "w", format="mov") as film:
        picture = film.add_stream("mjpeg", rate=1)
        picture.width = picture.height = side
        picture.pix_fmt = "yuvj420p"
        sound = film.add_stream("pcm_s16le", rate=8000, layout="mono")
        frame = av.VideoFrame.from_ndarray(np.zeros((side * 3 // 2, side), np.uint8), format="yuvj420p")
        film.mux(picture.encode(frame))
        second = av.AudioFrame.from_ndarray(np.zeros((1, 8000), np.int16), format="s16", layout="mono")
        second.sample_rate = 8000
        film.mux(sound.encode(second))
        film.mux(sound.encode(None))


def long_silence(path: Path, hours: float) -> None:
    """So many hours of nothing in a FLAC file of a few kilobytes an hour."""
    rate, length = 8000, 8000 * 4
    with av.open(str(path), "w", format="flac") as out:
        stream = out.add_stream("flac", rate=rate, layout="mono")
        block = np.zeros((1, length), np.int16)
        for number in range(int(hours * 3600 * rate / length)):
            frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
            frame.sample_rate, frame.pts = rate, number * length
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
