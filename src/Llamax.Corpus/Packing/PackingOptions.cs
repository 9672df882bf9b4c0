using System.Text.Json.Serialization;
using Llamax.Corpus.Mixing;
using Llamax.Runs;

namespace Llamax.Corpus.Packing;

/// <summary>How documents are laid into blocks.</summary>
public sealed record PackingOptions
{
    /// <summary>Tokens in a block, 8 to 1,048,576. The paper cuts monolingual text at 512.</summary>
    public int BlockLength { get; init; } = 512;

    /// <summary>
    /// Blocks that wait for a fitting document at the same time, 1 to 65,536: more means less padding and a longer search.
    /// </summary>
    public int OpenBlocks { get; init; } = 256;

    /// <summary>
    /// Consecutive monolingual lines of a language become one document, ended by the first line that reaches this many UTF-16 units.
    /// It bounds memory; documents longer than a block are cut.
    /// </summary>
    public int MonolingualDocumentLength { get; init; } = 16_384;

    /// <summary>How often each language and kind is seen, counted in entries of the built set; null = every entry once, in its order.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public MixOptions? Mix { get; init; }

    /// <summary>Cores that tokenise. The result does not depend on it.</summary>
    [JsonIgnore]
    public int Threads { get; init; } = Environment.ProcessorCount;

    public IEnumerable<OptionProblem> Problems()
    {
        if (BlockLength is < 8 or > 1 << 20)
            yield return new("blockLength", BlockLength, "must be 8 to 1,048,576", "use 512, the paper's value");
        if (OpenBlocks is < 1 or > 65_536)
            yield return new("openBlocks", OpenBlocks, "must be 1 to 65,536", "use 256");
        if (MonolingualDocumentLength < 1)
            yield return new("monolingualDocumentLength", MonolingualDocumentLength, "must be positive", "use 16384");
        if (Threads < 1)
            yield return new("threads", Threads, "must be positive", "use the number of cores");
        foreach (var problem in Mix?.Problems() ?? [])
            yield return problem with { Option = "mix." + problem.Option };
    }
}
