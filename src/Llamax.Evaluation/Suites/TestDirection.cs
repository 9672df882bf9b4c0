using Llamax.Runs;

namespace Llamax.Evaluation.Suites;

/// <summary>One direction to translate and score.</summary>
public sealed record TestDirection
{
    private const string English = "en";

    /// <param name="source">Language code: letters, digits, <c>-</c> and <c>_</c>, as result files are named after it.</param>
    /// <param name="target">Likewise.</param>
    /// <param name="sourceLines">What is translated.</param>
    /// <param name="references">The translation of each line.</param>
    /// <param name="trained">Whether the model saw sentence pairs of this direction.</param>
    /// <exception cref="RequestException">No lines, another number of references, or a code that cannot name a file.</exception>
    public TestDirection(
        string source,
        string target,
        IReadOnlyList<string> sourceLines,
        IReadOnlyList<string> references,
        bool trained)
    {
        foreach (var code in new[] { source, target })
            if (code.Length is 0 or > 32 || !code.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_'))
                throw new RequestException($"the language code \"{code}\" cannot name a file", "test set", "use letters, digits, - and _");
        if (source == target)
            throw new RequestException($"{source} is both source and target", "test set", "name two languages");
        if (sourceLines.Count == 0 || sourceLines.Count != references.Count)
        {
            throw new RequestException(
                $"{sourceLines.Count} source lines and {references.Count} references", $"test set, {source}→{target}",
                "give one reference for each source line, and at least one line");
        }

        (Source, Target, SourceLines, References, Trained) = (source, target, sourceLines, references, trained);
        Group = source == English ? DirectionGroup.FromEnglish
            : target == English ? DirectionGroup.IntoEnglish
            : trained ? DirectionGroup.TrainedOthers
            : DirectionGroup.UnseenOthers;
    }

    public string Source { get; }

    public string Target { get; }

    public IReadOnlyList<string> SourceLines { get; }

    public IReadOnlyList<string> References { get; }

    /// <summary>Whether the model saw sentence pairs of this direction.</summary>
    public bool Trained { get; }

    public DirectionGroup Group { get; }

    public override string ToString() => $"{Source}→{Target}";
}
