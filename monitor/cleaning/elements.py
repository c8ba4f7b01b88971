"""HTML's elements and attributes, by what they mean to a reader of articles. Closed lists."""

from __future__ import annotations


def _names(source: str) -> frozenset[str]:
    return frozenset(source.split())


VOID = _names("area base br col embed hr img input link meta param source track wbr")
BLOCKS = _names(
    """address article aside blockquote body caption center dd details dialog div dl dt fieldset figcaption
    figure footer form h1 h2 h3 h4 h5 h6 head header hgroup hr html legend li main menu nav ol option p pre
    section summary table tbody td tfoot th thead title tr ul"""
)
HEADINGS = _names("h2 h3 h4 h5 h6")  # within an article; h1 is its title
# What a browser shows nothing of, or nothing that is an article's text.
UNSEEN = _names(
    """applet audio button canvas datalist iframe math noembed noframes noscript object script select style
    svg template textarea video xmp"""
)
# Around an article, never in it.
CHROME = _names("nav header footer aside form menu dialog head")
# Attributes that say something of the text.
KEPT = _names(
    """class id lang xml:lang role rel href property name content itemprop datetime pubdate type http-equiv
    aria-hidden"""
)
