"""Small valid files: what people send when nobody says what."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

#: Type of an inbound message -> the file that stands in it.
KINDS: Final[Mapping[str, str]] = {
    "image": "picture.png",
    "audio": "sound.mp3",
    "video": "film.mp4",
    "file": "paper.pdf",
    "vcard": "card.vcf",
    "sticker": "sticker.webp",
}


def address(home: str, kind: str) -> str:
    """Where the file of a type lies in a sandbox."""
    return f"{home}/_sandbox/media/{KINDS[kind]}"


def _packed(letters: str) -> bytes:
    return zlib.decompress(base64.b85decode(letters))


#: One picture of 16 by 16 points, H.264 in MP4, for one second.
_FILM: Final = _packed(
    "c-nnbPiqu06wkIQQUw)z@K7P5;-$Nt8P`<{1JxofqTodjA`IE&O=s9-GEK7ET~C4@^b3eLJq"
    "dmSFA5$!dsa};i|9o^fvhjnt-Gy%LSEj>`}2Frdzm4G(9{jf+-gP04DlQ(VtpQ}vKbOW_NE2"
    "^ZCxdpLw<eF?$PM#hfCjHeR<!0@o4cKeSiG>k3rOG(mLhZ01aDbP;56)wRG+JrOWjuy>N3CZ"
    "2~wNR&_a)kUAO#!RdMwMBY1du3TPP+Su4=^m74PvZA5Q+LFg@WKK!+(WT3EVV5aq9meB;8c5"
    "@i3g}49yK%T2EC-YoOb#u?!2tJzFbt`JID-MTy$(ueX=#TTgll3%95w<B!iB1Q03z{-C_`dc"
    "u?BJ2qC7KNu>?ay>I_JkTa?ZX&I#_&m9HyY1u$_(7Z69`B4$jPbxCQvd5NxLfb}xbX==g6^@"
    "zI6V1x&fT6bB7n`EN1GUqT+1hg<!4xTIK{5kT%fsqWIP~VX~!-fghs$|uPutd(Vyg&$aG|c;"
    "?hAHq+8<4MMu0*K|Lo_4WrjV$-@VPk@z<Vxk2DFOyB{5(#Uv3_AlTy{eI)Kk)(l|QZ2<W;`9"
    "tVvUilxV?I2**R^C(ycW!$8BiABW*V$Bhotz*A@^~qg)WBcI2{ar5~KPB};xSjc_wC<x?s(v"
    "QOwlVv)q8jmYGHTnscJ5cmf5!~YQ+U@d%C}v&$~pTdn$P|JJb%r5a7=`p0O2h11(4QFBF4B?"
    "Z0(5>IYWUevGeXL72SAKZR(kjX3OF~nQ70P{u64mLP+pFwJX?^6ovV|sz9fYc|vU376f*B>K"
    "gldM$%2WHfLQ&qWsJ{E2exN`TxW}O5rbkkhGDv|LL)F92t#pT}0H?+Qrv%qt9f14f)5fE50G"
    "sa_`N<Pc^bTdwXEfznpn|jN?)sKC*>kT~+3-oV9Ty7Vz|ZyZ$%LqwUW4HSmd!>nZ;LsnZkAx"
    "966Eiu-YFx)s<y!^%=lU#p&P_WR^>r#;|N{FAb+f?Q?&v=uc%oI&&pkW4eC"
)

#: Silence of 0.4 seconds.
_SOUND: Final = _packed(
    "c-s5_SmFo+0|T=MkYMm}^mR4XGc+&=#SgHk`wuk78fH!?`2b{28I{c0NF{TQP{AAkF#K_E"
)

#: One point each.
_PNG: Final = _packed(
    "c-rd>@N?(olHy`uVBq!ia0vp^j3CUx1SBVv2j2ryJf1F&Ar*6yEfSNN8JGna9hJn=S%KmVp0"
    "0i_>zopr0Eli3u>"
)
_GIF: Final = _packed("c-nLKbh9u|WMp7uXk=hGVPnGp13DlAB+kIW!obMF!e9*md~5^g")
_WEBP: Final = _packed("c-jl{baRtqU|<M$bqWXzu<#KCvh{(OfjwZJ()8v38#`XqGcW)Enb--U")
_JPEG: Final = _packed(
    "c-s4a<NpH&0WUXCHwH#V1_nkTWcYuZ!I|MdrQiSqHwVZ(Mn*w~|3?_)frhg(f&l{*FfuW-u("
    "GjpaB^`26>Jq?U}9uuW@2GxWo2Oj%GLtq8CV2ag%k}P*@OcV*_8@Kj2b5{<WP3ncu+Lx;s+J"
    "uq@pHHE-`TlNhwt|bq!4|6H_yD3rj0!7gslT4^OY)kkGL3h{&kql+?8JjLfX!lG3vBipr|ym"
    "e#iRj?S)0lc!9bHhsp-S&J4gS-Ncbij}K2ZQinV+x8thcO5!><mj>ECr+Nabot8FYu9hwy!G"
    "(W<0ns_J%91?)yGetzkL1n{m0K=|8FsHfc#_6P+I^0CIHR@qE-"
)

#: One empty page.
_PAPER: Final = _packed(
    "c-m!;!3%;g6vprSE8fLpZBu6i;vvgRL}J~f!@?;GaWNNIe|<}#6+Xs;eed_Zee?2dwxG)pQ6"
    "QkMw>ZY<=Uw2G8{Vo0=e!X;_;y$%35c$;4D$ckk->Xe^=0q@FE~|?&H#0eVD7L@3rmf=@j+C"
    "QZ`4o{dtLeVT%3E*qDBNlM7{+PV*!I2oVJE((m9O<GmVlT&1f!Lp>3>_d<h6~p_I)%{TB6xY"
    "csx0BZfS0cg)Zm2WC)H"
)

_CARD: Final = (
    b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Lovelace;Ada;;;\r\nFN:Ada Lovelace\r\n"
    b"TEL;TYPE=CELL:+447700900000\r\nEND:VCARD\r\n"
)

#: File name -> content type and content.
FILES: Final[Mapping[str, tuple[str, bytes]]] = {
    "picture.png": ("image/png", _PNG),
    "picture.jpg": ("image/jpeg", _JPEG),
    "picture.gif": ("image/gif", _GIF),
    "sticker.webp": ("image/webp", _WEBP),
    "sound.mp3": ("audio/mpeg", _SOUND),
    "film.mp4": ("video/mp4", _FILM),
    "paper.pdf": ("application/pdf", _PAPER),
    "card.vcf": ("text/vcard", _CARD),
}
