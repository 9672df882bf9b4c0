using static TorchSharp.torch;

namespace Llamax.Models.Checkpoints;

/// <summary>A tensor that is to be written into a file.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Shape">Sizes, outermost first.</param>
/// <param name="Type">Its element type there.</param>
/// <param name="Value">Asked for when its turn has come, in any floating-point type and on any device.</param>
internal sealed record TensorToWrite(string Name, long[] Shape, ScalarType Type, Func<Tensor> Value)
{
    public long Bytes => Shape.Aggregate((long)SafetensorsTypes.Size(Type), (product, size) => product * size);

    /// <summary>Tensors that are in memory already and stay their owner's.</summary>
    public static IReadOnlyList<TensorToWrite> Of(IEnumerable<(string Name, Tensor Value)> tensors, ScalarType type) =>
        [.. tensors.Select(tensor => new TensorToWrite(tensor.Name, tensor.Value.shape, type, () => tensor.Value.alias()))];
}
