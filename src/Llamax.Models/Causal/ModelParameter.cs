using static TorchSharp.torch;

namespace Llamax.Models.Causal;

/// <summary>One learnt tensor of a model.</summary>
/// <param name="Name">Hugging Face's name.</param>
/// <param name="Value">A leaf of the gradient graph over a slice of the flat buffer; owned by the model.</param>
/// <param name="Offset">First element in the flat buffer, a multiple of 64.</param>
/// <param name="Length">Elements.</param>
/// <param name="Decays">Whether weight decay applies: matrices yes, norms and biases no.</param>
public sealed record ModelParameter(string Name, Tensor Value, long Offset, long Length, bool Decays);
