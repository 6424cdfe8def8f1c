"""Which storage an address names."""

from __future__ import annotations

from pathlib import Path

from wingman.archive.storage import FolderStorage, Storage
from wingman.config.folders import expanded
from wingman.core.errors import InputError


def storage_of(url: str, folder: Path, **access: str) -> Storage:
    """The place an address names: empty for `folder`, a path, or `s3://bucket/prefix` (extra `s3`).

    Raises `InputError` for an address nobody knows, or where the extra is missing.
    """
    if url.startswith("s3://"):
        try:
            from wingman.archive.object_storage import ObjectStorage
        except ModuleNotFoundError as missing:
            raise InputError(
                f"deliver.store.url needs the extra ({missing}): pip install 'wingman-sidecar[s3]'",
                field="deliver.store.url",
            ) from None
        return ObjectStorage.of(url, **access)
    if "://" in url:
        raise InputError("deliver.store.url is a folder, or s3://bucket/prefix", field="deliver.store.url")
    return FolderStorage(expanded(url) if url else folder)
