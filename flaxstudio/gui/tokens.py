"""The design tokens: every colour and size of the window. Nothing else names one."""

from dataclasses import dataclass
from types import MappingProxyType

from flaxstudio.graph.spec import Family
from flaxstudio.project.annotations import Color

# The grid of 4 px
GAP = 8
PADDING = 12
SECTION_GAP = 16
RADIUS = 6
CONTROL_HEIGHT = 28
TOOL_ICON = 18
TOOL_BUTTON = 32

# Type, in px
BODY = 13
SECONDARY = 12
CAPTION = 11
TITLE = 15
CODE = 12.5

# Nodes and wires
NODE_MIN_WIDTH = 168
NODE_MAX_WIDTH = 220
PORT_SIZE = 10
PORT_HIT = 22
WIRE_WIDTH = 2
GRID_STEP = 20
EASE_MS = 120
HOVER_MS = 400
"""How long the pointer rests before a card comes."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as #RRGGBB."""

    is_dark: bool
    window: str
    panel: str
    canvas: str
    dots: str
    line: str
    text: str
    secondary: str
    accent: str
    on_accent: str
    complement: str
    hover: str
    ok: str
    warning: str
    error: str
    families: MappingProxyType[Family, str]
    heat: tuple[str, ...]
    """From nothing to the most, for the overlay of costs."""
    heat_tint: float
    """How strongly heat colours a node, so that its texts stay readable."""
    density: tuple[str, ...]
    """From nothing to the most, for pictures of how values lie: ever darker on light, ever lighter on dark."""
    tints: MappingProxyType[Color, str]
    """What a user colours is filled with: text and secondary text are legible on each."""
    marks: MappingProxyType[Color, str]
    """The same colours strong enough for outlines, dots and swatches."""
    code: MappingProxyType[str, str]


# Families: Paul Tol's colour-blind-safe hues, darkened or lightened to 3:1 against the node's panel
LIGHT = Tokens(
    is_dark=False,
    window="#F7F8FA",
    panel="#FFFFFF",
    canvas="#F1F3F6",
    dots="#D5DAE1",
    line="#DDE1E7",
    text="#1B1F24",
    secondary="#57606A",
    accent="#0B6BCB",
    on_accent="#FFFFFF",
    complement="#B8560B",
    hover="#E9EDF2",
    ok="#1A7F4B",
    warning="#946200",
    error="#C5292A",
    families=MappingProxyType(
        {
            "io": "#6E7781",
            "linear": "#2F6FBF",
            "convolution": "#11848A",
            "normalisation": "#7A7A1E",
            "activation": "#B26A00",
            "shape": "#7A4FB5",
            "merge": "#4F5D75",
            "math": "#2E7D4F",
            "attention": "#AA3377",
            "recurrent": "#8A4B2F",
            "custom": "#4B3FA8",
        }
    ),
    heat=("#E9EDF2", "#FBE3BD", "#F8C67C", "#EE9F3E", "#D4741A", "#A8480B"),
    heat_tint=0.2,
    density=("#F7F8FA", "#D3E4F0", "#9CCBDD", "#56ABC6", "#2384AE", "#1B5A92", "#1C2F66"),
    tints=MappingProxyType(
        {
            "red": "#FBDDDB",
            "orange": "#FCE3C8",
            "yellow": "#FAEDB8",
            "green": "#D6F1DB",
            "teal": "#D0F0EC",
            "blue": "#D8E8FB",
            "violet": "#E8E0FB",
            "grey": "#E4E7EB",
        }
    ),
    marks=MappingProxyType(
        {
            "red": "#C5292A",
            "orange": "#B8560B",
            "yellow": "#8A6D00",
            "green": "#1A7F4B",
            "teal": "#11848A",
            "blue": "#0B6BCB",
            "violet": "#6E45C2",
            "grey": "#57606A",
        }
    ),
    code=MappingProxyType(
        {
            "keyword": "#8250DF",
            "string": "#0A6E3D",
            "number": "#B8560B",
            "comment": "#57606A",
            "name": "#0B6BCB",
            "plain": "#1B1F24",
        }
    ),
)

DARK = Tokens(
    is_dark=True,
    window="#16181C",
    panel="#1D2025",
    canvas="#121417",
    dots="#2A2E35",
    line="#30353D",
    text="#E6E9ED",
    secondary="#9AA4AF",
    accent="#5AA9FF",
    on_accent="#0B1015",
    complement="#F0A35E",
    hover="#272B32",
    ok="#4CC38A",
    warning="#E3B341",
    error="#FF7B72",
    families=MappingProxyType(
        {
            "io": "#9AA4AF",
            "linear": "#6CB0FF",
            "convolution": "#45C4C9",
            "normalisation": "#C3C35A",
            "activation": "#F0A94A",
            "shape": "#B794F6",
            "merge": "#94A3BD",
            "math": "#7BD38F",
            "attention": "#F07FB8",
            "recurrent": "#D6A07F",
            "custom": "#A9A4FF",
        }
    ),
    heat=("#272B32", "#4A3A1E", "#7A5B22", "#AD7D27", "#DDA13A", "#FFCB6B"),
    heat_tint=0.12,
    density=("#16181C", "#22304F", "#2B5183", "#2E7BA6", "#41A8B5", "#86D3B4", "#E9F8C8"),
    tints=MappingProxyType(
        {
            "red": "#46262A",
            "orange": "#432F1C",
            "yellow": "#3D3718",
            "green": "#1E3A2A",
            "teal": "#173A3B",
            "blue": "#1F3450",
            "violet": "#352D50",
            "grey": "#31363D",
        }
    ),
    marks=MappingProxyType(
        {
            "red": "#FF7B72",
            "orange": "#F0A35E",
            "yellow": "#E3B341",
            "green": "#4CC38A",
            "teal": "#45C4C9",
            "blue": "#5AA9FF",
            "violet": "#B794F6",
            "grey": "#9AA4AF",
        }
    ),
    code=MappingProxyType(
        {
            "keyword": "#C9A6FF",
            "string": "#7ED9A4",
            "number": "#F0A35E",
            "comment": "#9AA4AF",
            "name": "#5AA9FF",
            "plain": "#E6E9ED",
        }
    ),
)
