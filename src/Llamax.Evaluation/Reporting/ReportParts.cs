using Llamax.Evaluation.Directions;
using Llamax.Evaluation.Suites;
using Llamax.Text.Languages;

namespace Llamax.Evaluation.Reporting;

/// <summary>One thing that was run or used, for example <c>Seed</c>, <c>17</c>.</summary>
public sealed record ReportFact(string Name, string Value);

/// <summary>A remark under its heading.</summary>
public sealed record ReportNote(string Heading, string Text);

/// <summary>A language as people read it.</summary>
/// <param name="Code">As the directions name it.</param>
/// <param name="Name">In English.</param>
/// <param name="Bcp47">The value of <c>lang</c> attributes.</param>
/// <param name="RightToLeft">Whether its script runs from right to left.</param>
public sealed record ReportLanguage(string Code, string Name, string Bcp47, bool RightToLeft)
{
    public static ReportLanguage Of(Language language) => new(language.Code, language.Name, language.Bcp47, language.RightToLeft);
}

/// <summary>A metric of the report.</summary>
/// <param name="Name">As the scores name it.</param>
/// <param name="Label">What the tables call it; says so where a stand-in replaces the tokenizer of the paper.</param>
/// <param name="Signature">The settings in sacrebleu's form.</param>
public sealed record ReportMetric(string Name, string Label, string Signature);

/// <summary>What a system scored in one direction.</summary>
/// <param name="Source">Language code.</param>
/// <param name="Target">Language code.</param>
/// <param name="Group">Whose mean it is part of.</param>
/// <param name="Trained">Whether the final model saw sentence pairs of the direction.</param>
/// <param name="Scores">By the metric's name, 0 to 100.</param>
/// <param name="ExactShare">0 to 1.</param>
/// <param name="WrongScriptShare">0 to 1; null = not measured.</param>
public sealed record ReportDirection(
    string Source,
    string Target,
    DirectionGroup Group,
    bool Trained,
    IReadOnlyDictionary<string, double> Scores,
    double ExactShare,
    double? WrongScriptShare);

/// <summary>One system and what it scored.</summary>
/// <param name="Name">For example <c>after CPT</c>.</param>
/// <param name="Note">What the system is, in half a sentence; may be empty.</param>
/// <param name="Directions">In any order, each once.</param>
public sealed record ReportSystem(string Name, string Note, IReadOnlyList<ReportDirection> Directions)
{
    public static ReportSystem Of(MatrixResult result, string note = "") => new(
        result.System,
        note,
        [.. result.Directions.Select(d => new ReportDirection(
            d.Source, d.Target, d.Group, d.Trained, d.Scores.ToDictionary(s => s.Metric, s => s.Value),
            d.ExactShare, d.WrongScriptShare))]);
}

/// <summary>A sentence and what became of it.</summary>
/// <param name="Source">Language code.</param>
/// <param name="Target">Language code.</param>
/// <param name="Trained">Whether the final model saw sentence pairs of the direction.</param>
/// <param name="SourceText">The sentence.</param>
/// <param name="Reference">Its human translation.</param>
/// <param name="Hypotheses">In the order of the systems that translated it.</param>
public sealed record ReportSample(
    string Source,
    string Target,
    bool Trained,
    string SourceText,
    string Reference,
    IReadOnlyList<SampleHypothesis> Hypotheses);

/// <summary>What one system made of a sample.</summary>
public sealed record SampleHypothesis(string System, string Text);
