using System.Text;
using Llamax.Decoding.Translators;
using Llamax.Text.Languages;
using Llamax.Text.Segmentation;

namespace Llamax.Decoding.Documents;

/// <summary>
/// Translates long texts in parts and joins them again with the white space that stood between. Parts are sentences; one that is still
/// too long is halved at the white space nearest to its middle, or in its middle where there is none.
/// </summary>
/// <param name="inner">Translates the parts; disposed with this one.</param>
/// <param name="splitting">Which texts are split.</param>
public sealed class SplittingTranslator(ITranslator inner, TextSplitting splitting) : ITranslator
{
    private const int Window = 1024;

    /// <summary>
    /// As <see cref="ITranslator.Translate"/>. A text in parts has one candidate, whose score is the mean of its parts'; it fails where a
    /// part fails.
    /// </summary>
    public IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default) =>
        splitting == TextSplitting.Never
            ? inner.Translate(requests, cancellation)
            : requests.Chunk(Window).SelectMany(window => TranslateAll(window, splitting == TextSplitting.Always, cancellation));

    public void Dispose() => inner.Dispose();

    private Translation[] TranslateAll(TranslationRequest[] requests, bool splitAll, CancellationToken cancellation)
    {
        var results = new Translation[requests.Length];
        var parts = new List<Range>?[requests.Length];
        if (splitAll)
            for (var i = 0; i < requests.Length; i++)
                parts[i] = Sentences.Split(requests[i].Text) is { Count: > 1 } sentences ? [.. sentences] : null;
        var whole = Enumerable.Range(0, requests.Length).Where(i => parts[i] is null).ToList();
        foreach (var (translation, i) in inner.Translate([.. whole.Select(i => requests[i])], cancellation).Zip(whole))
        {
            results[i] = translation;
            parts[i] = translation.IsTooLong ? Split(requests[i].Text) : null;
        }

        // All parts of all texts at once, so that they share batches.
        var split = Enumerable.Range(0, requests.Length).Where(i => parts[i] is not null).ToList();
        if (split.Count == 0)
            return results;
        TranslationRequest[] pieces =
        [
            .. split.SelectMany(i => parts[i]!.Select((range, place) => requests[i] with
            {
                Text = requests[i].Text[range],
                Prefix = place == 0 ? requests[i].Prefix : "",
                Terms = place == 0 ? requests[i].Terms : [],
            })),
        ];
        var translated = TranslateAll(pieces, splitAll: false, cancellation);
        var next = 0;
        foreach (var i in split)
        {
            results[i] = Join(requests[i], parts[i]!, translated.AsSpan(next, parts[i]!.Count));
            next += parts[i]!.Count;
        }

        return results;
    }

    /// <summary>The sentences; of one sentence alone its halves. Null where there is nothing to split.</summary>
    private static List<Range>? Split(string text)
    {
        var sentences = Sentences.Split(text);
        if (sentences.Count > 1)
            return [.. sentences];
        var (start, length) = (text.Length - text.TrimStart().Length, text.Trim().Length);
        if (length < 2)
            return null;
        var middle = start + (length / 2);
        for (var distance = 0; distance < (length / 2) - 1; distance++)
            foreach (var place in (int[])[middle - distance, middle + distance])
                if (char.IsWhiteSpace(text[place]))
                {
                    var (left, right) = (text[..place].TrimEnd().Length, text.Length - text[place..].TrimStart().Length);
                    return [start..left, right..(start + length)];
                }

        if (char.IsLowSurrogate(text[middle]))
            middle = middle - 1 > start ? middle - 1 : middle + 1;
        return middle < start + length ? [start..middle, middle..(start + length)] : null;
    }

    private static Translation Join(TranslationRequest request, List<Range> parts, ReadOnlySpan<Translation> translations)
    {
        var text = new StringBuilder(request.Text[..parts[0].Start.Value]);
        var score = 0.0;
        var isCut = false;
        for (var i = 0; i < parts.Count; i++)
        {
            if (translations[i].Problem is not null)
                return translations[i] with { Request = request };
            if (i > 0)
                text.Append(Between(request.Text[parts[i - 1].End..parts[i].Start], request.Target));
            text.Append(translations[i].Text);
            score += translations[i].Candidates[0].Score / parts.Count;
            isCut |= translations[i].IsCut;
        }

        text.Append(request.Text[parts[^1].End..]);
        return new(request, [new(text.ToString(), score)]) { IsCut = isCut };
    }

    /// <summary>Chinese sentences follow each other without a space; in most languages they cannot.</summary>
    private static string Between(string original, string target) =>
        original.Length > 0 || (LanguageRegistry.TryFind(target, out var language) && !language.SpacesBetweenWords) ? original : " ";
}
