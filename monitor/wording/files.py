"""Why a file cannot be read or written, and what to do about it."""

from __future__ import annotations

import errno

Words = tuple[str, str]

_ANY = "check the path and the disk, then try again"
_REMEDIES = {
    errno.EACCES: "give the user that runs monitor the right to read it, such as with chmod u+r",
    errno.EPERM: "give the user that runs monitor the right to read it, such as with chmod u+r",
    errno.EISDIR: "name a file in it; a folder in a folder of rules must not end in .yaml or .yml",
    errno.ENOENT: "check the path: the file may have been moved or removed",
    errno.ENOTDIR: "check the path: a part of it is a file, and no folder",
    errno.ELOOP: "the link leads back to itself: put a file in its place",
    errno.ENAMETOOLONG: "give a shorter path",
    errno.EMFILE: "close other programs, or allow more open files (ulimit -n)",
    errno.ENXIO: "remove it: rules are read from files",
}
_SAVING = {
    errno.EACCES: "choose a folder in which you may write",
    errno.EPERM: "choose a folder in which you may write",
    errno.EROFS: "choose a folder in which you may write: this disk is read-only",
    errno.EISDIR: "it is a folder: name a file in it",
    errno.ENOENT: "make the folder first (mkdir -p), or choose one that exists",
    errno.ENOTDIR: "a part of the path is a file: choose another",
    errno.ENOSPC: "the disk is full: free some space, or choose another",
}


def of_reading(error: OSError) -> Words:
    """Of a file that cannot be opened or read."""
    said = error.strerror or type(error).__name__
    return f"cannot be read: {said}", _REMEDIES.get(error.errno or 0, _ANY)


def of_saving(error: OSError) -> Words:
    """Of a file that cannot be written."""
    said = error.strerror or type(error).__name__
    return f"cannot be written: {said}", _SAVING.get(error.errno or 0, _ANY)
