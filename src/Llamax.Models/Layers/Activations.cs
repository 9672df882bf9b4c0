using Llamax.Models.Native;
using static TorchSharp.torch;

namespace Llamax.Models.Layers;

/// <summary>The non-linear functions between two projections, by the names that transformers gives them.</summary>
internal static class Activations
{
    private static readonly Dictionary<string, Func<Tensor, Tensor>> ByName = new(StringComparer.Ordinal)
    {
        ["silu"] = x => nn.functional.silu(x),
        ["swish"] = x => nn.functional.silu(x),
        ["relu"] = x => nn.functional.relu(x),
        ["gelu"] = x => nn.functional.gelu(x),
        // One function under the names of its several implementations.
        ["gelu_new"] = JitOps.GeluTanh,
        ["gelu_fast"] = JitOps.GeluTanh,
        ["gelu_pytorch_tanh"] = JitOps.GeluTanh,
    };

    public static IEnumerable<string> Names => ByName.Keys;

    public static bool IsKnown(string name) => ByName.ContainsKey(name);

    public static Func<Tensor, Tensor> Find(string name) => ByName[name];
}
