using System.Collections.Concurrent;
using Llamax.Runs;
using Llamax.Text.Languages;

namespace Llamax.Text.Segmentation;

/// <summary>The segmenter of each language.</summary>
public static class WordSegmenters
{
    private static readonly ConcurrentDictionary<Language, IcuSegmenter> ByDictionary = new();

    /// <summary>
    /// Jieba for both Chinese rows (LLaMAX, §2.1, step 2), ICU's dictionaries for Thai, Lao, Khmer, Burmese and Japanese, and spaces for
    /// every language that writes them.
    /// </summary>
    /// <exception cref="RequestException">The library or the dictionary that cuts the language is not there.</exception>
    public static IWordSegmenter For(Language language)
    {
        if (language.SpacesBetweenWords)
            return SpaceSegmenter.Instance;
        return language.Iso6393 == "cmn"
            ? ChineseSegmenter.Instance
            : ByDictionary.GetOrAdd(language, key => new IcuSegmenter(IcuLibrary.ForWordsOf(key), key.Bcp47));
    }
}
