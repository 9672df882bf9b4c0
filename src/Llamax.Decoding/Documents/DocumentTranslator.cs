using System.Text;
using System.Text.RegularExpressions;
using Llamax.Decoding.Translators;

namespace Llamax.Decoding.Documents;

/// <summary>
/// Translates plain text and Markdown: paragraphs, headings, list items, quotations and table cells are translated, their marks, blank
/// lines and fenced code stay. The lines of a paragraph become one.
/// </summary>
public static partial class DocumentTranslator
{
    /// <summary>Translates a document.</summary>
    /// <param name="translator">Translates the texts; one that splits into sentences (<see cref="TextSplitting.Always"/>) does best.</param>
    /// <param name="document">The whole of it.</param>
    /// <param name="source">Its language.</param>
    /// <param name="target">The language wanted.</param>
    /// <param name="cancellation">Stops within one token.</param>
    /// <returns>The document, and what failed: the number of the text's first line and why. What failed stands untranslated.</returns>
    public static (string Document, IReadOnlyList<(int Line, string Problem)> Failures) Translate(
        ITranslator translator, string document, string source, string target, CancellationToken cancellation = default)
    {
        var parts = Parse(document).ToList();
        var failures = new List<(int, string)>();
        var translated = translator
            .Translate(parts.Where(part => part.IsText).Select(part => new TranslationRequest(part.Text, source, target)), cancellation)
            .ToList();
        var (result, next) = (new StringBuilder(document.Length), 0);
        foreach (var part in parts)
        {
            var translation = part.IsText ? translated[next++] : null;
            if (translation?.Problem is { } problem)
                failures.Add((part.Line, problem));
            result.Append(translation is { Problem: null } ? translation.Text : part.Text);
        }

        return (result.ToString(), failures);
    }

    /// <summary>The pieces of a document in their order; put together they are the document, but for line ends inside paragraphs.</summary>
    private static IEnumerable<Part> Parse(string document)
    {
        var paragraph = new StringBuilder();
        var (first, number, fence) = (0, 0, "");
        var end = "";
        foreach (var (line, lineEnd) in Lines(document))
        {
            number++;
            var mark = Fence().Match(line).Groups[1].Value;
            var isPlain = fence.Length == 0 && mark.Length == 0 && line.Any(char.IsLetter) && !line.TrimStart().StartsWith('|');
            var marks = isPlain ? Marks().Match(line).Value : "";
            if (paragraph.Length > 0 && (!isPlain || marks.Length > 0))
            {
                yield return new(paragraph.ToString(), IsText: true, first);
                yield return new(end, IsText: false, first);
                paragraph.Clear();
            }

            if (isPlain)
            {
                if (marks.Length > 0)
                    yield return new(marks, IsText: false, number);
                if (paragraph.Length == 0)
                    first = number;
                paragraph.Append(paragraph.Length == 0 ? "" : " ").Append(line[marks.Length..].Trim());
                end = lineEnd;
                if (!Heading().IsMatch(marks))
                    continue;
                yield return new(paragraph.ToString(), IsText: true, first);
                yield return new(end, IsText: false, first);
                paragraph.Clear();
                continue;
            }

            if (mark.Length > 0)
                fence = fence.Length == 0 ? mark : mark.StartsWith(fence, StringComparison.Ordinal) ? "" : fence;
            if (fence.Length == 0 && mark.Length == 0 && line.Any(char.IsLetter))
                foreach (var cell in Cells(line, number))
                    yield return cell;
            else
                yield return new(line, IsText: false, number);
            yield return new(lineEnd, IsText: false, number);
        }

        if (paragraph.Length > 0)
        {
            yield return new(paragraph.ToString(), IsText: true, first);
            yield return new(end, IsText: false, first);
        }
    }

    private static IEnumerable<Part> Cells(string row, int number)
    {
        foreach (var cell in row.Split('|').SelectMany((cell, place) => place == 0 ? [cell] : (string[])["|", cell]))
        {
            var text = cell.Trim();
            if (!text.Any(char.IsLetter))
            {
                yield return new(cell, IsText: false, number);
                continue;
            }

            var start = cell.IndexOf(text, StringComparison.Ordinal);
            yield return new(cell[..start], IsText: false, number);
            yield return new(text, IsText: true, number);
            yield return new(cell[(start + text.Length)..], IsText: false, number);
        }
    }

    private static IEnumerable<(string Line, string End)> Lines(string document)
    {
        for (var start = 0; start < document.Length;)
        {
            var newline = document.IndexOf('\n', start);
            var next = newline < 0 ? document.Length : newline + 1;
            var line = document[start..next].TrimEnd('\n').TrimEnd('\r');
            yield return (line, document[(start + line.Length)..next]);
            start = next;
        }
    }

    // What stands before the text of a line: spaces, heading, quotation, list item, check box.
    [GeneratedRegex(@"^\s*(?:#{1,6}\s+|>\s?|[-*+]\s+(?:\[[ xX]\]\s+)?|\d{1,3}[.)]\s+)*")]
    private static partial Regex Marks();

    [GeneratedRegex("#{1,6}\\s+$")]
    private static partial Regex Heading();

    [GeneratedRegex(@"^\s{0,3}(```+|~~~+)")]
    private static partial Regex Fence();

    /// <param name="Text">As it stands.</param>
    /// <param name="IsText">It is translated.</param>
    /// <param name="Line">Number of its first line, from 1.</param>
    private sealed record Part(string Text, bool IsText, int Line);
}
