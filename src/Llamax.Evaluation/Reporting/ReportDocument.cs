using Llamax.Evaluation.Directions;
using Llamax.Runs;

namespace Llamax.Evaluation.Reporting;

/// <summary>
/// Everything that a report shows. It is stored beside the results, so that the page can be made again from the same numbers.
/// </summary>
public sealed record ReportDocument
{
    public required string Title { get; init; }

    /// <summary>What was done and what came out, in a sentence or two; may be empty.</summary>
    public string Summary { get; init; } = "";

    /// <summary>What was run: recipe, seed, versions, model size, wall time.</summary>
    public IReadOnlyList<ReportFact> Facts { get; init; } = [];

    /// <summary>The languages in the order of rows and columns. Directions of other languages are not shown in the maps.</summary>
    public IReadOnlyList<ReportLanguage> Languages { get; init; } = [];

    /// <summary>The metrics in the order of columns; the maps show the first.</summary>
    public IReadOnlyList<ReportMetric> Metrics { get; init; } = [];

    /// <summary>The systems in the order of rows; the last is the result.</summary>
    public IReadOnlyList<ReportSystem> Systems { get; init; } = [];

    /// <summary>The name of the system that the result is compared with; null = no comparison.</summary>
    public string? Baseline { get; init; }

    public IReadOnlyList<LossCurve> LossCurves { get; init; } = [];

    /// <summary>The losses split by kind and by language.</summary>
    public IReadOnlyList<LossGroup> LossGroups { get; init; } = [];

    /// <summary>Seconds after which the page loads itself anew; 0 = never.</summary>
    public int RefreshSeconds { get; init; }

    public IReadOnlyList<ReportSample> Samples { get; init; } = [];

    /// <summary>The command that translates with the result; empty when there is none.</summary>
    public string TranslateCommand { get; init; } = "";

    /// <summary>What a reader must know before believing the numbers: metrics, stand-ins, contamination.</summary>
    public IReadOnlyList<ReportNote> Notes { get; init; } = [];

    /// <summary>Stores the document; the file appears whole or not at all.</summary>
    public void Write(string path) => ResultFile.Write(path, this);

    /// <exception cref="RequestException">The file is not a report document.</exception>
    public static ReportDocument Read(string path) =>
        ResultFile.Read<ReportDocument>(path, "run the evaluation again, which writes the file anew");
}
