using Llamax.Decoding.Prompts;
using Llamax.Decoding.Search;
using Llamax.Runs;

namespace Llamax.Decoding.Translators;

/// <summary>How a model folder is opened for translation.</summary>
public sealed record ModelTranslatorOptions
{
    internal const string Int8 = "int8";

    /// <summary><c>cpu</c>, <c>cuda</c> or <c>cuda:N</c>.</summary>
    public string Device { get; init; } = "cpu";

    /// <summary>Type of the weights in memory: <c>float32</c>, <c>float16</c>, <c>bfloat16</c> or <c>int8</c>.</summary>
    /// <remarks>int8 is for decoders on the CPU: several times faster than float32 and slightly less exact (docs/engines.md).</remarks>
    public string Type { get; init; } = "float32";

    /// <summary>Threads of one tensor operation; 0 = one per core.</summary>
    public int Threads { get; init; }

    /// <summary>How to search; null = as the model's translation.json says.</summary>
    public SearchOptions? Search { get; init; }

    /// <summary>The prompt; null = as the model's translation.json says.</summary>
    public PromptTemplate? Template { get; init; }

    /// <summary>
    /// As the published scripts: nothing but the end token ends an answer, and it is read with their faults
    /// (<see cref="SearchTranslator.ReadsAsPaper"/>).
    /// </summary>
    public bool CompatPaper { get; init; }

    /// <summary>Only the target language's script is written (<see cref="SearchTranslator.KeepsScript"/>).</summary>
    public bool KeepScript { get; init; }

    public IEnumerable<OptionProblem> Problems()
    {
        if (Type is not ("float32" or "float16" or "bfloat16" or Int8))
            yield return new("type", Type, "must be float32, float16, bfloat16 or int8", "use float32 or int8 on a CPU, bfloat16 on a GPU");
        if (Type == Int8 && Device != "cpu")
            yield return new("type", Type, $"is for the CPU, and the device is {Device}", "use bfloat16 on a GPU");
        if (Threads < 0)
            yield return new("threads", Threads, "must be 0 or more", "use 0 for one thread per core");
        foreach (var problem in (Search?.Problems() ?? []).Concat(Template?.Problems() ?? []))
            yield return problem;
    }
}
