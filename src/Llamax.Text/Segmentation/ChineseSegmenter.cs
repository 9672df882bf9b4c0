using JiebaNet.Segmenter;
using Llamax.Runs;

namespace Llamax.Text.Segmentation;

/// <summary>
/// Jieba in its default mode with the hidden Markov model for words that its dictionary lacks, by the port jieba.NET, which cuts as the
/// Python program does. Its dictionary lies in the folder <c>jieba</c> beside the program.
/// </summary>
internal sealed class ChineseSegmenter : IWordSegmenter
{
    private static readonly string[] Files = ["dict.txt", "prob_emit.json", "prob_trans.json"];

    private static readonly Lazy<ChineseSegmenter> Loaded = new(() => new ChineseSegmenter());

    private readonly JiebaSegmenter _jieba;

    private ChineseSegmenter()
    {
        var folder = Path.Combine(AppContext.BaseDirectory, "jieba");
        foreach (var file in Files)
            if (!File.Exists(Path.Combine(folder, file)))
                throw new RequestException(
                    $"the dictionary for Chinese lacks {file}", folder, "build or install the program again: the folder belongs to it");
        ConfigManager.ConfigFileBaseDir = folder;
        _jieba = new JiebaSegmenter();
    }

    /// <exception cref="RequestException">The dictionary is not there.</exception>
    public static ChineseSegmenter Instance => Loaded.Value;

    public string Name => "jieba 0.42";

    public void Segment(string text, List<int> ends)
    {
        var end = 0;
        foreach (var part in _jieba.Cut(text))
            ends.Add(end += part.Length);
    }
}
