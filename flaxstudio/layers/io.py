"""Where data enters the network and where results leave it."""

from flaxstudio.graph.spec import AttributeSpec, LayerSpec, PortSpec

LAYERS = (
    LayerSpec(
        "Input",
        "io",
        "Where data enters. Give the shape of one sample; the batch dimension comes in front by itself.",
        "",
        inputs=(),
        attributes=(
            AttributeSpec(
                "shape",
                "ints",
                (8,),
                "Shape of one sample without the batch: 8 for a table of 8 columns, 28, 28, 1 for a grey image.",
                minimum=1,
            ),
            AttributeSpec("dtype", "choice", "float32", "Type of the numbers.", choices=("float32", "int32")),
        ),
        shown=("shape", "dtype"),
        keywords="data source features",
    ),
    LayerSpec(
        "Output",
        "io",
        "The model's result: what the loss judges and what an exported model returns.",
        "",
        inputs=(PortSpec("in"),),
        outputs=(),
        attributes=(
            AttributeSpec(
                "method",
                "text",
                "__call__",
                "The Module's method that returns it: `encode`, say. Outputs of one method make it together.",
                pattern=r"__call__|[a-z][a-z0-9_]*",
            ),
        ),
        keywords="result return prediction",
    ),
)
