using Llamax.Runs;

namespace Llamax.Corpus.Reading;

/// <summary>
/// Source and target of each <c>trans-unit</c> of XLIFF 1.2 and each <c>segment</c> of XLIFF 2.x. Native codes of 1.2 (<c>bpt</c>,
/// <c>ept</c>, <c>it</c>, <c>ph</c>) are left out, marked text is kept; proposals of other translations are passed over; notes of a
/// category (2.x) become columns.
/// </summary>
internal static class XliffPairs
{
    /// <summary>Streams the pairs; units without a target are counted and left out.</summary>
    /// <exception cref="RequestException">The file cannot be read, is no XLIFF, or the counter is strict.</exception>
    public static IEnumerable<SentencePair> Read(string path, MalformedLines malformed, CancellationToken cancellation)
    {
        foreach (var unit in Units(path, cancellation))
        {
            if (unit is { Source: { } source, Target: { } target })
                yield return new SentencePair(source, target, unit.Origin) { Columns = unit.Columns };
            else
                AddMissing(malformed, unit, isTarget: unit.Target is null);
        }
    }

    /// <summary>Streams one side; units without it are counted and left out.</summary>
    /// <exception cref="RequestException">The file cannot be read, is no XLIFF, or the counter is strict.</exception>
    public static IEnumerable<TextLine> Texts(string path, bool isTarget, MalformedLines malformed, CancellationToken cancellation)
    {
        foreach (var unit in Units(path, cancellation))
        {
            if ((isTarget ? unit.Target : unit.Source) is { } text)
                yield return new TextLine(text, unit.Origin) { Columns = unit.Columns };
            else
                AddMissing(malformed, unit, isTarget);
        }
    }

    private sealed record Unit(string File, long Number, string Origin, string? Source, string? Target, ExtraColumns? Columns);

    private static void AddMissing(MalformedLines malformed, Unit unit, bool isTarget) => malformed.Add(
        unit.File, unit.Number, unit.Origin, isTarget ? "no target" : "no source", "translate it first, or leave it out");

    private static IEnumerable<Unit> Units(string path, CancellationToken cancellation)
    {
        using var xml = new XmlCorpusReader(path, cancellation);
        var (number, isXliff) = (0L, false);
        ExtraColumns? columns = null;
        while (xml.Read())
        {
            if (!xml.IsStart())
                continue;
            isXliff = isXliff || xml.Element == "xliff"
                ? true
                : throw new RequestException($"<{xml.Element}> found, <xliff> expected", xml.Name, "check what file this is");
            switch (xml.Element)
            {
                case "unit":
                    columns = null;
                    break;
                case "note" when xml.Attribute("category") is { } category:
                    columns = ExtraColumns.With(columns, category, xml.Text(_ => false) ?? "");
                    break;
                case "matches" or "glossary":
                    xml.Skip();
                    break;
                case "segment" or "trans-unit":
                    yield return ReadUnit(xml, ++number, columns);
                    break;
            }
        }
    }

    private static Unit ReadUnit(XmlCorpusReader xml, long number, ExtraColumns? columns)
    {
        var origin = CorpusFile.Origin(xml.Name, xml.Line);
        string? source = null, target = null;
        foreach (var child in xml.Children())
        {
            if (child == "source")
                source ??= xml.Text(IsCode);
            else if (child == "target")
                target ??= xml.Text(IsCode);
        }

        return new(xml.Name, number, origin, source, target, columns);
    }

    private static bool IsCode(string element) => element is "bpt" or "ept" or "it" or "ph";
}
