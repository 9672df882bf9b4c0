using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>A question with a better and a worse answer.</summary>
/// <param name="Text">A sentence to translate, or, where <paramref name="IsPrompt"/>, all that the model is asked.</param>
/// <param name="IsPrompt">Whether the text is put to a model as it stands.</param>
/// <param name="Better">What should be preferred.</param>
/// <param name="Worse">To this.</param>
/// <param name="Source">Code of the sentence's language as the file has it; null where it says nothing.</param>
/// <param name="Target">Of the answers.</param>
/// <param name="Origin">File and line.</param>
public sealed record PreferenceTriplet(
    string Text, bool IsPrompt, string Better, string Worse, string? Source, string? Target, string Origin);

/// <summary>
/// Preferences as JSON lines, plain or compressed: <c>{"source", "better", "worse", "source_lang", "target_lang"}</c> for translations, or
/// <c>{"prompt", "chosen", "rejected"}</c>, the layout of the field's trainers, each field a string.
/// </summary>
public static class PreferenceLines
{
    private const string Mend =
        "write {\"source\", \"better\", \"worse\", \"source_lang\", \"target_lang\"} or {\"prompt\", \"chosen\", \"rejected\"}, each a text";

    /// <summary>Streams the triplets in order. Preferences are few and dear: a line that is wrong is not passed over.</summary>
    /// <exception cref="RequestException">The file cannot be read, or a line is wrong; it is named.</exception>
    public static IEnumerable<PreferenceTriplet> Read(string path, CancellationToken cancellation = default)
    {
        foreach (var line in JsonLines.Read(path, [], new MalformedLines(strict: true), cancellation))
            yield return Parse(line);
    }

    private static PreferenceTriplet Parse(FieldLine line)
    {
        var isPrompt = line.Columns?["prompt"] is not null;
        var (text, better, worse) = isPrompt
            ? (Field("prompt"), Field("chosen"), Field("rejected"))
            : (Field("source"), Field("better"), Field("worse"));
        if (better == worse)
            throw new RequestException("the two answers are the same", line.Origin, "leave the line out: it prefers nothing");
        var (source, target) = (line.Columns?["source_lang"], line.Columns?["target_lang"]);
        return isPrompt || (source is not null && target is not null)
            ? new(text, isPrompt, better, worse, source, target, line.Origin)
            : throw new RequestException("a translation without source_lang and target_lang", line.Origin, Mend);

        string Field(string name) => line.Columns?[name] is { } value && !string.IsNullOrWhiteSpace(value)
            ? value
            : throw new RequestException($"no text in the field \"{name}\"", line.Origin, Mend);
    }
}
