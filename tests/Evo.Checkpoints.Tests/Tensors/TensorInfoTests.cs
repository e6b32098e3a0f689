using Evo.Checkpoints.Tensors;

namespace Evo.Checkpoints.Tests.Tensors;

public sealed class TensorInfoTests
{
    [Fact]
    public void Sizes_follow_from_type_and_shape()
    {
        var tensor = new TensorInfo("t", ElementType.BF16, [3, 5]);
        Assert.Equal(15, tensor.ElementCount);
        Assert.Equal(30, tensor.ByteLength);
        Assert.Equal("[3, 5]", tensor.ShapeText);
        Assert.Equal(1, (tensor with { Shape = [] }).ElementCount);
        Assert.Equal(120, (tensor with { Type = ElementType.F64 }).ByteLength);
    }

    [Fact]
    public void Equality_looks_into_the_shape()
    {
        Assert.Equal(new TensorInfo("t", ElementType.F32, [2, 3]), new TensorInfo("t", ElementType.F32, [2, 3]));
        Assert.NotEqual(new TensorInfo("t", ElementType.F32, [2, 3]), new TensorInfo("t", ElementType.F32, [3, 2]));
    }

    [Fact]
    public void A_shape_beyond_any_file_overflows_instead_of_wrapping() =>
        Assert.Throws<OverflowException>(() => new TensorInfo("t", ElementType.F32, [1L << 32, 1L << 32]).ElementCount);
}
