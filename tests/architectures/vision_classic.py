"""The first convolutional networks: LeNet-5, AlexNet, VGG."""


from .judging import Drawing, sketch


def lenet5() -> Drawing:
    """Return LeNet-5 with its tanh and mean pooling, every map of the third layer joined to all of the second."""
    s = sketch()
    x = s.add("Input", shape=(32, 32, 1))
    for features in (6, 16):
        x = s.add("Conv", x, features=features, kernel_size=(5, 5), padding="VALID")
        x = s.add("tanh", x)
        x = s.add("AvgPool", x)
    x = s.chain(x, "Flatten", ("Dense", {"features": 120}), "tanh", ("Dense", {"features": 84}), "tanh")
    s.add("Output", s.add("Dense", x, features=10))
    return Drawing(s.graph(), name="LeNet5")
