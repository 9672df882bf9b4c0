using TorchSharp;
using static TorchSharp.torch;

namespace Llamax.Models.Native;

/// <summary>
/// Operations of libtorch that TorchSharp does not bind, reached through TorchScript; all are differentiable where that makes
/// sense. A call costs about 20 µs above a bound one. A script that does not compile ends the process, so the text is
/// constant and every function in it has a test.
/// </summary>
internal static class JitOps
{
    // _fused_adamw_ must get its lists as arguments: with list literals in the script it is removed as dead code, silently.
    private const string Script = """
        def embedding(weight: Tensor, ids: Tensor) -> Tensor:
            return torch.embedding(weight, ids)

        def rms_norm(x: Tensor, weight: Tensor, epsilon: float) -> Tensor:
            return torch.rms_norm(x, [x.size(-1)], weight, epsilon)

        def attention_causal(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
            return torch.scaled_dot_product_attention(query, key, value, None, 0.0, True, scale=None, enable_gqa=True)

        def attention_masked(query: Tensor, key: Tensor, value: Tensor, visible: Tensor) -> Tensor:
            return torch.scaled_dot_product_attention(query, key, value, visible, 0.0, False, scale=None, enable_gqa=True)

        def attention_biased(query: Tensor, key: Tensor, value: Tensor, bias: Tensor, scale: float) -> Tensor:
            return torch.scaled_dot_product_attention(query, key, value, bias, 0.0, False, scale=scale)

        def gelu_tanh(x: Tensor) -> Tensor:
            return torch.gelu(x, approximate="tanh")

        def fused_adamw(values: List[Tensor], gradients: List[Tensor], first: List[Tensor], second: List[Tensor], steps: List[Tensor],
                        rate: float, beta1: float, beta2: float, decay: float, epsilon: float) -> Tensor:
            maximal: List[Tensor] = []
            torch._fused_adamw_(values, gradients, first, second, maximal, steps, lr=rate, beta1=beta1, beta2=beta2,
                                weight_decay=decay, eps=epsilon, amsgrad=False, maximize=False)
            return values[0]

        """;

    private static readonly Lazy<jit.CompilationUnit> Unit = new(() => jit.compile(Script));

    /// <summary>Rows of <paramref name="weight"/> [vocabulary, hidden] by <paramref name="ids"/> [..]: [.., hidden].</summary>
    public static Tensor Embedding(Tensor weight, Tensor ids) => Call("embedding", weight, ids);

    /// <summary>x / √(mean(x²) + ε) · weight over the last dimension.</summary>
    public static Tensor RmsNorm(Tensor x, Tensor weight, double epsilon) => RowOps.Handles(x) && weight.dtype == ScalarType.Float32
        ? RowOps.RmsNorm(x, weight, epsilon)
        : Call("rms_norm", x, weight, epsilon);

    /// <summary>Scaled dot-product attention with grouped key/value heads.</summary>
    /// <param name="query">[batch, heads, length, head].</param>
    /// <param name="key">[batch, key/value heads, length, head]; heads is a multiple of key/value heads.</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="visible">Bool, broadcast to [batch, heads, length, length], true = may attend; null = causal.</param>
    /// <returns>[batch, heads, length, head].</returns>
    public static Tensor GroupedAttention(Tensor query, Tensor key, Tensor value, Tensor? visible) => visible is null
        ? Call("attention_causal", query, key, value)
        : Call("attention_masked", query, key, value, visible);

    /// <summary>Scaled dot-product attention with a bias.</summary>
    /// <param name="query">[batch, heads, queries, head].</param>
    /// <param name="key">[batch, heads, keys, head].</param>
    /// <param name="value">As <paramref name="key"/>.</param>
    /// <param name="bias">Added to the scores, broadcast to [batch, heads, queries, keys]; −∞ hides.</param>
    /// <param name="scale">Factor of the scores before the bias.</param>
    /// <returns>[batch, heads, queries, head].</returns>
    public static Tensor BiasedAttention(Tensor query, Tensor key, Tensor value, Tensor bias, double scale) =>
        Call("attention_biased", query, key, value, bias, scale);

    /// <summary>x · Φ(x) with Φ approximated by a hyperbolic tangent (Hendrycks and Gimpel 2016).</summary>
    public static Tensor GeluTanh(Tensor x) => Call("gelu_tanh", x);

    /// <summary>
    /// One AdamW step (Loshchilov and Hutter 2019) over lists of equal length, in place, without gradient tracking:
    /// value ← value · (1 − rate · decay) − rate · m̂ / (√v̂ + ε).
    /// </summary>
    /// <param name="values">What is learnt.</param>
    /// <param name="gradients">Same shapes.</param>
    /// <param name="first">Running means m of the gradients.</param>
    /// <param name="second">Running means v of their squares.</param>
    /// <param name="steps">One float scalar tensor per value: the number of this step, from 1. The caller counts it up.</param>
    /// <param name="rate">Learning rate.</param>
    /// <param name="beta1">Decay of m.</param>
    /// <param name="beta2">Decay of v.</param>
    /// <param name="decay">Decoupled weight decay.</param>
    /// <param name="epsilon">Added to √v̂.</param>
    public static void FusedAdamW(
        Tensor[] values, Tensor[] gradients, Tensor[] first, Tensor[] second, Tensor[] steps,
        double rate, double beta1, double beta2, double decay, double epsilon)
    {
        using var quiet = no_grad();
        Call("fused_adamw", values, gradients, first, second, steps, rate, beta1, beta2, decay, epsilon).Dispose();
    }

    // TorchSharp makes a native scalar of a double and keeps nothing that owns it: a collection before the native call frees what
    // the call then reads. So the scalars are made, and outlive the call, here.
    private static Tensor Call(string name, params object[] arguments)
    {
        var scalars = new List<Scalar>();
        for (var i = 0; i < arguments.Length; i++)
        {
            if (arguments[i] is double number)
            {
                scalars.Add(number);
                arguments[i] = scalars[^1];
            }
        }

        try
        {
            return Unit.Value.invoke<Tensor>(name, arguments);
        }
        finally
        {
            foreach (var scalar in scalars)
                scalar.Dispose();
            GC.KeepAlive(arguments);
        }
    }
}
