using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Corpus.Reading;

/// <summary>
/// Translation units of TMX 1.4: two of their languages as pairs, or one as text. Native codes within a segment (<c>bpt</c>, <c>ept</c>,
/// <c>it</c>, <c>ph</c>, <c>ut</c>) are left out, highlighted text (<c>hi</c>) is kept; the properties of a unit become columns.
/// </summary>
internal static class TmxPairs
{
    /// <summary>
    /// Streams the pairs. Units that lack one of the languages are counted and left out. Languages are compared by the registry, and
    /// <c>en</c> stands for <c>EN-us</c> too.
    /// </summary>
    /// <param name="path">The file.</param>
    /// <param name="source">Language of the source; null = the header's source language or else the first of each unit.</param>
    /// <param name="target">Language of the target; null = the other language of each unit, which then has two.</param>
    /// <param name="malformed">Counts.</param>
    /// <param name="cancellation">Ends the reading.</param>
    /// <exception cref="RequestException">
    /// The file cannot be read; a unit has more than two languages and none was chosen; the counter is strict.
    /// </exception>
    public static IEnumerable<SentencePair> Read(
        string path, string? source, string? target, MalformedLines malformed, CancellationToken cancellation)
    {
        foreach (var unit in Units(path, source, target, cancellation))
        {
            if (unit.Texts is [{ } sourceText, { } targetText])
                yield return new SentencePair(sourceText, targetText, unit.Origin) { Columns = unit.Columns };
            else
            {
                var missing = string.Join(" and ", unit.Missing);
                malformed.Add(unit.File, unit.Number, unit.Origin, $"no text in {missing}", "choose languages that it has");
            }
        }
    }

    /// <summary>Streams one language; units that lack it are counted and left out.</summary>
    /// <exception cref="RequestException">The file cannot be read, or the counter is strict.</exception>
    public static IEnumerable<TextLine> Texts(
        string path, string? language, MalformedLines malformed, CancellationToken cancellation)
    {
        foreach (var unit in Units(path, language, target: "", cancellation))
        {
            if (unit.Texts[0] is { } text)
                yield return new TextLine(text, unit.Origin) { Columns = unit.Columns };
            else
                malformed.Add(unit.File, unit.Number, unit.Origin, $"no text in {unit.Missing[0]}", "choose a language that it has");
        }
    }

    private sealed record Unit(string File, long Number, string Origin, string?[] Texts, string[] Missing, ExtraColumns? Columns);

    private static IEnumerable<Unit> Units(
        string path, string? source, string? target, CancellationToken cancellation)
    {
        using var xml = new XmlCorpusReader(path, cancellation);
        var (number, isTmx) = (0L, false);
        while (xml.Read())
        {
            if (!isTmx && xml.IsStart())
                isTmx = xml.IsStart("tmx")
                    ? true
                    : throw new RequestException($"<{xml.Element}> found, <tmx> expected", xml.Name, "check what file this is");
            if (xml.IsStart("header"))
                source ??= xml.Attribute("srclang") is { } language && language != "*all*" ? language : null;
            else if (xml.IsStart("tu"))
                yield return ReadUnit(xml, ++number, source, target);
        }
    }

    private static Unit ReadUnit(XmlCorpusReader xml, long number, string? source, string? target)
    {
        var origin = CorpusFile.Origin(xml.Name, xml.Line);
        var texts = new string?[2];
        ExtraColumns? columns = null;
        foreach (var child in xml.Children())
        {
            if (child == "prop" && xml.Attribute("type") is { } type)
                columns = ExtraColumns.With(columns, type, xml.Text(_ => false) ?? "");
            if (child != "tuv")
                continue;
            var language = xml.Attribute("xml:lang", "lang") ?? "";
            source ??= language;
            var side = Matches(source, language) ? 0
                : target is null || Matches(target, language) ? 1
                : -1;
            if (side < 0)
                continue;
            if (side == 1 && target is null && texts[1] is not null)
                throw new RequestException(
                    "a unit of more than two languages", origin, $"choose two of them: {xml.Name}#source={source},target={language}");
            foreach (var part in xml.Children())
                if (part == "seg")
                    texts[side] ??= xml.Text(name => name is "bpt" or "ept" or "it" or "ph" or "ut");
        }

        return new(xml.Name, number, origin, texts, [.. Missing()], columns);

        IEnumerable<string> Missing()
        {
            if (texts[0] is null)
                yield return source ?? "any language";
            if (texts[1] is null)
                yield return target ?? "a second language";
        }
    }

    private static bool Matches(string wanted, string found)
    {
        if (string.Equals(wanted, found, StringComparison.OrdinalIgnoreCase))
            return true;
        return LanguageRegistry.TryFind(wanted, out var one) && LanguageRegistry.TryFind(found, out var other)
            ? one == other
            : found.StartsWith(wanted + "-", StringComparison.OrdinalIgnoreCase);
    }
}
