namespace Llamax.Text.Segmentation;

/// <summary>Words are what stands between spaces (U+0020), as in the paper; a run of spaces is one part.</summary>
internal sealed class SpaceSegmenter : IWordSegmenter
{
    private SpaceSegmenter()
    {
    }

    public static SpaceSegmenter Instance { get; } = new();

    public string Name => "spaces";

    public void Segment(string text, List<int> ends)
    {
        for (var at = 0; at < text.Length;)
        {
            var length = text[at] == ' ' ? text.AsSpan(at).IndexOfAnyExcept(' ') : text.AsSpan(at).IndexOf(' ');
            at = length < 0 ? text.Length : at + length;
            ends.Add(at);
        }
    }
}
