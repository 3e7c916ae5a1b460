import { useEffect } from 'react';
import { listOf } from './address';
import { ChooseHospital } from './hospital/ChooseHospital';
import { HospitalPage } from './hospital/HospitalPage';
import icon from './icon.svg';
import { OfflineNotice } from './ui/OfflineNotice';
import { useAddress } from './useAddress';

export function App() {
  const address = useAddress();
  const { hospital, view, day, meal, from } = address;
  const place = [hospital, view, day, meal, listOf(address)].join(' ');
  const isInMiddle = !!from; // of a list, which goes by itself to where it was
  useEffect(() => {
    if (!isInMiddle) window.scrollTo({ top: 0, behavior: 'instant' });
  }, [place]);
  return (
    <>
      <link rel="icon" type="image/svg+xml" href={icon} />
      {hospital ? (
        <HospitalPage key={hospital} slug={hospital} address={address} />
      ) : (
        <ChooseHospital />
      )}
      <OfflineNotice />
    </>
  );
}
