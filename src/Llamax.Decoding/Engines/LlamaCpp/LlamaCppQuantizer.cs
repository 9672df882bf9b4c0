using LLama;
using LLama.Native;
using Llamax.Runs;

namespace Llamax.Decoding.Engines.LlamaCpp;

/// <summary>llama.cpp's own quantiser: its K types mix several precisions by the role of a tensor, as only it knows.</summary>
internal static class LlamaCppQuantizer
{
    private const string Prefix = "MOSTLY_";

    /// <summary>What <see cref="Quantize"/> understands, in lower case: <c>q4_k_m</c>, <c>q6_k</c>, …</summary>
    public static IReadOnlyList<string> Types { get; } =
    [
        .. Enum.GetNames<LLamaFtype>().Where(name => name.StartsWith(Prefix + "Q", StringComparison.Ordinal))
            .Select(name => name[Prefix.Length..].ToLowerInvariant()),
    ];

    /// <summary>Writes a quantised copy of an F32, F16 or BF16 file; it appears whole or not at all.</summary>
    /// <param name="source">The file to read.</param>
    /// <param name="target">The file to write.</param>
    /// <param name="type">One of <see cref="Types"/>.</param>
    /// <exception cref="RequestException">llama.cpp does not load here, or cannot quantise this model.</exception>
    public static void Quantize(string source, string target, string type)
    {
        LlamaCppRuntime.Require();
        var temporary = target + AtomicFile.TemporarySuffix;
        try
        {
            _ = LlamaCppRuntime.TakeErrors();
            var number = Enum.Parse<LLamaFtype>(Prefix + type.ToUpperInvariant());
            if (!LLamaQuantizer.Quantize(source, temporary, number, Environment.ProcessorCount, allowRequantize: false, quantizeOutputTensor: true))
            {
                throw new RequestException(
                    $"llama.cpp cannot quantise it to {type}: {LlamaCppRuntime.TakeErrors()}", target, "choose q8_0, or f16 without --quantize");
            }

            File.Move(temporary, target, overwrite: true);
        }
        finally
        {
            File.Delete(temporary);
        }
    }
}
