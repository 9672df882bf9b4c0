using Llamax.Text.Languages;

namespace Llamax.Decoding.Translators;

/// <summary>
/// Translates through a third language, for directions that a model knows less well than its way over English
/// (LLaMAX, Table 8). What already is, or is wanted, in that language is translated directly; a known beginning and
/// terms that must appear are the second step's.
/// </summary>
/// <param name="toPivot">Translates into the pivot language, and what needs no pivot.</param>
/// <param name="fromPivot">Translates on; may be the same translator. Both are disposed.</param>
/// <param name="pivot">A code or English name of the language in between.</param>
public sealed class PivotTranslator(ITranslator toPivot, ITranslator fromPivot, string pivot) : ITranslator
{
    private const int Window = 1024;

    /// <summary>
    /// As <see cref="ITranslator.Translate"/>. The second step continues the best candidate of the first; candidates and scores are
    /// the second step's.
    /// </summary>
    public IEnumerable<Translation> Translate(IEnumerable<TranslationRequest> requests, CancellationToken cancellation = default)
    {
        foreach (var window in requests.Chunk(Window))
        {
            var halfway = toPivot
                .Translate(window.Select(request => IsDirect(request) ? request : request with { Target = pivot, Prefix = "", Terms = [] }), cancellation)
                .ToArray();
            var onward = Enumerable.Range(0, window.Length).Where(i => !IsDirect(window[i]) && halfway[i].Problem is null).ToArray();
            var second = fromPivot
                .Translate(onward.Select(i => window[i] with { Text = halfway[i].Text, Source = pivot }), cancellation)
                .ToArray();
            foreach (var (translation, i) in second.Zip(onward))
                halfway[i] = translation with { IsCut = translation.IsCut || halfway[i].IsCut };
            foreach (var (translation, request) in halfway.Zip(window))
                yield return translation with { Request = request };
        }
    }

    public void Dispose()
    {
        toPivot.Dispose();
        fromPivot.Dispose();
    }

    private bool IsDirect(TranslationRequest request) => IsPivot(request.Source) || IsPivot(request.Target);

    private bool IsPivot(string code) => Canonical(code) == Canonical(pivot);

    private static string Canonical(string code) => LanguageRegistry.TryFind(code, out var language) ? language.Code : code;
}
