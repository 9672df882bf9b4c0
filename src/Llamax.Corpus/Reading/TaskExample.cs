using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>The layouts of public task data that are read.</summary>
public enum TaskKind
{
    /// <summary>Questions with lettered choices (Lin et al. 2021).</summary>
    Xcsqa,

    /// <summary>Pairs of sentences of which one follows from the other, contradicts it, or neither (Conneau et al. 2018).</summary>
    Xnli,

    /// <summary>Questions with worked answers (Yu et al. 2023).</summary>
    MetaMath,
}

/// <summary>An example of a task.</summary>
/// <param name="Fields">Its texts by name: <see cref="TaskExamples.FieldsOf"/>.</param>
/// <param name="Language">Code of its language as the file has it; null where it says nothing.</param>
/// <param name="Origin">File and line, or file and item.</param>
public sealed record TaskExample(IReadOnlyDictionary<string, string> Fields, string? Language, string Origin);

/// <summary>Task data in the layouts in which it is published.</summary>
public static class TaskExamples
{
    /// <summary>The fields of an example.</summary>
    public static IReadOnlyList<string> FieldsOf(TaskKind kind) => kind switch
    {
        TaskKind.Xcsqa => ["question", "choices", "label", "answer"],
        TaskKind.Xnli => ["premise", "hypothesis", "label"],
        _ => ["query", "response"],
    };

    /// <summary>Streams the examples of a file, plain or compressed, in order.</summary>
    /// <exception cref="RequestException">The file cannot be read, or a line of it is wrong; it is named.</exception>
    public static IEnumerable<TaskExample> Read(TaskKind kind, string path, CancellationToken cancellation = default) => kind switch
    {
        TaskKind.Xcsqa => XcsqaLines.Read(path, cancellation),
        TaskKind.Xnli => XnliLines.Read(path, cancellation),
        _ => MetaMathItems.Read(path, cancellation),
    };
}
