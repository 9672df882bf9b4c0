using Llamax.Corpus.Reading;
using Llamax.Runs;

namespace Llamax.Pipelines.Recipes;

/// <summary>Files of a task whose answers are learnt: the specialised tuning of LLaMAX's Figure 3.</summary>
public sealed record TaskOptions
{
    /// <summary>How the files look.</summary>
    public TaskKind Kind { get; init; }

    /// <summary>In order, plain or compressed.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <summary>Language of the text where a file does not say it; the paper tunes on English.</summary>
    public string Language { get; init; } = "en";

    /// <summary>The template by name, or a file (.json) with name, text and answer; null = the kind's own: see docs/tune.md.</summary>
    public string? Prompt { get; init; }

    public IEnumerable<OptionProblem> Problems(string where)
    {
        if (!Enum.IsDefined(Kind))
            yield return new($"{where}.kind", Kind, "is no known kind of task", "use xcsqa, xnli or metaMath");
        if (Files.Count == 0)
            yield return new($"{where}.files", "(none)", "needs at least one file", "name the training file of the task");
    }
}
