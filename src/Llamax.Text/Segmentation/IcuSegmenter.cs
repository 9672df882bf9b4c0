using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Llamax.Runs;

namespace Llamax.Text.Segmentation;

/// <summary>Words by ICU's dictionaries for a language (Unicode Standard Annex 29 with the dictionaries of CLDR).</summary>
internal sealed class IcuSegmenter : IWordSegmenter
{
    private const int Words = 1; // UBRK_WORD
    private const int Done = -1; // UBRK_DONE

    private readonly IcuLibrary _icu;
    private readonly string _locale;
    private readonly ConcurrentBag<Iterator> _idle = []; // an iterator serves one thread at a time

    /// <exception cref="RequestException">The library refuses the language.</exception>
    public IcuSegmenter(IcuLibrary icu, string locale)
    {
        (_icu, _locale) = (icu, locale);
        _idle.Add(new Iterator(icu, locale));
    }

    public string Name => _icu.Name;

    public void Segment(string text, List<int> ends)
    {
        if (text.Length == 0)
            return;
        if (!_idle.TryTake(out var iterator))
            iterator = new Iterator(_icu, _locale);
        iterator.Segment(text, ends);
        _idle.Add(iterator);
    }

    private sealed class Iterator : SafeHandle
    {
        private readonly IcuLibrary _icu;

        public Iterator(IcuLibrary icu, string locale)
            : base(0, ownsHandle: true)
        {
            _icu = icu;
            var error = 0;
            SetHandle(icu.Open(Words, locale, 0, 0, ref error));
            Check(error);
        }

        public override bool IsInvalid => handle == 0;

        public void Segment(string text, List<int> ends)
        {
            var pinned = GCHandle.Alloc(text, GCHandleType.Pinned);
            var error = 0;
            _icu.SetText(handle, pinned.AddrOfPinnedObject(), text.Length, ref error);
            for (var end = _icu.Next(handle); error <= 0 && end != Done; end = _icu.Next(handle))
                ends.Add(end);
            pinned.Free();
            Check(error);
        }

        protected override bool ReleaseHandle()
        {
            _icu.Close(handle);
            return true;
        }

        /// <summary>Positive codes are errors, negative ones warnings.</summary>
        private void Check(int error)
        {
            if (error > 0)
                throw new RequestException(
                    $"{_icu.Name} cannot cut words: its error is number {error}", mend: "install another version of libicu");
        }
    }
}
